import { Anchor, Code, List, Text } from "@mantine/core";
import { Card, PageFrame } from "@/components/PageFrame";
import { useT } from "@/i18n";

/** Where the API is described, and how it is asked. */
export default function ApiPage() {
  const t = useT();
  const example = `curl -H "Authorization: $TOKEN" ${window.location.origin}/api/appos/apps`;
  return (
    <PageFrame title={t("nav.api")}>
      <Card label={t("nav.api")}>
        <Text mb="md">{t("api.intro")}</Text>
        <List mb="md">
          <List.Item>
            <Anchor href="/api/docs">{t("api.docs")}</Anchor>
          </List.Item>
          <List.Item>
            <Anchor href="/api/openapi.json">{t("api.description")}</Anchor>
          </List.Item>
          <List.Item>
            <Anchor href="/_/">{t("api.panel")}</Anchor>
          </List.Item>
          <List.Item>
            <Anchor href="/licences.txt">{t("api.licences")}</Anchor>
          </List.Item>
        </List>
        <Code block>{example}</Code>
      </Card>
    </PageFrame>
  );
}
