import { createTheme, MantineProvider, MantineThemeProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "react-router";
import { useMemo, type ReactNode } from "react";
import { LanguageProvider, useT } from "@/i18n";
import { queryClient } from "./queryClient";
import { router } from "./router";
import { SignInOver } from "./SignInOver";
import { theme } from "./theme";

/** The dashboard. Mantine writes no <style> element: its variables are a file of the build. */
export function App() {
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <LanguageProvider>
        <Worded>
          <QueryClientProvider client={queryClient}>
            <Notifications position="bottom-right" />
            <RouterProvider router={router} />
            <SignInOver />
          </QueryClientProvider>
        </Worded>
      </LanguageProvider>
    </MantineProvider>
  );
}

/** What Mantine itself says, in the language that is chosen. */
function Worded({ children }: { children: ReactNode }) {
  const t = useT();
  const worded = useMemo(() => {
    const closing = { defaultProps: { closeButtonProps: { "aria-label": t("action.close") } } };
    // The keyboard reaches it, as everything.
    const toggle = { "aria-label": t("field.showPassword"), tabIndex: 0 };
    const password = { defaultProps: { visibilityToggleButtonProps: toggle } };
    return createTheme({
      components: { Modal: closing, Drawer: closing, Notification: closing, PasswordInput: password },
    });
  }, [t]);
  return <MantineThemeProvider theme={worded}>{children}</MantineThemeProvider>;
}
