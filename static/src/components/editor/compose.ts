/** Completion of a Compose file's keys and words. Source: Compose Specification, compose-spec.io. */
import type { CompletionContext, CompletionResult } from "@codemirror/autocomplete";

const words = (text: string) => text.trim().split(/\s+/);

const TOP = words("services networks volumes configs secrets include name x-");
const SERVICE = words(`
  image build command entrypoint ports environment env_file volumes networks depends_on restart healthcheck deploy
  labels container_name user working_dir secrets configs expose logging network_mode extra_hosts cap_add cap_drop
  privileged read_only tmpfs ulimits devices dns hostname init ipc pid platform profiles pull_policy scale
  security_opt shm_size stdin_open stop_grace_period stop_signal sysctls tty userns_mode volumes_from annotations
  attach cgroup cgroup_parent cpus cpuset dns_opt dns_search domainname extends external_links gpus group_add isolation
  links mac_address mem_limit mem_reservation memswap_limit oom_kill_disable oom_score_adj pids_limit post_start
  pre_stop provider runtime storage_opt uts develop label_file
`);

/** The keys at a path, whose names that people choose are `*`. */
const KEYS: Record<string, readonly string[]> = {
  "": TOP,
  "services.*": SERVICE,
  "services.*.build": words(
    "context dockerfile dockerfile_inline args target cache_from cache_to labels network no_cache platforms pull secrets shm_size ssh tags extra_hosts additional_contexts entitlements privileged",
  ),
  "services.*.healthcheck": words("test interval timeout retries start_period start_interval disable"),
  "services.*.deploy": words(
    "replicas resources restart_policy mode labels placement update_config rollback_config endpoint_mode",
  ),
  "services.*.deploy.resources": words("limits reservations"),
  "services.*.deploy.resources.limits": words("cpus memory pids"),
  "services.*.deploy.resources.reservations": words("cpus memory devices"),
  "services.*.deploy.restart_policy": words("condition delay max_attempts window"),
  "services.*.logging": words("driver options"),
  "services.*.depends_on.*": words("condition restart required"),
  "services.*.networks.*": words("aliases ipv4_address ipv6_address link_local_ips mac_address priority"),
  "services.*.ports": words("target published protocol host_ip mode app_protocol name"),
  "services.*.volumes": words("type source target read_only bind volume tmpfs image consistency"),
  "services.*.env_file": words("path required format"),
  "services.*.extends": words("file service"),
  "networks.*": words(
    "name driver driver_opts external internal attachable enable_ipv6 ipam labels enable_ipv4",
  ),
  "networks.*.ipam": words("driver config options"),
  "networks.*.ipam.config": words("subnet gateway ip_range aux_addresses"),
  "volumes.*": words("name driver driver_opts external labels"),
  "configs.*": words("name file content environment external"),
  "secrets.*": words("name file environment external"),
};

/** The words that a key of a service takes. */
const VALUES: Record<string, readonly string[]> = {
  restart: words('"no" always on-failure unless-stopped'),
  condition: words("service_started service_healthy service_completed_successfully"),
  pull_policy: words("always missing never build daily weekly"),
  network_mode: words("bridge host none service:"),
  protocol: words("tcp udp"),
  type: words("bind volume tmpfs image"),
  external: words("true false"),
  init: words("true false"),
  privileged: words("true false"),
  read_only: words("true false"),
  tty: words("true false"),
  driver: words("json-file local bridge overlay"),
};

const LINE = /^(?<space>\s*)(?<dash>(?:- )*)(?<key>[\w.-]+)(?<rest>.*)$/;
/** What follows a key that has others below it. */
const OPENS = /^:\s*(?:#.*|&\S+)?$/;

interface Read {
  /** Where the key begins, and where the line does, whose dash begins an item of the list above. */
  at: number;
  begin: number;
  key: string;
  opens: boolean;
}

function read(line: string): Read | null {
  const found = LINE.exec(line)?.groups;
  if (!found || line.trim().startsWith("#")) return null;
  const { space = "", dash = "", key = "", rest = "" } = found;
  return { at: space.length + dash.length, begin: space.length, key, opens: OPENS.test(rest) };
}

/** The keys that a line stands below, outermost first; `indent` is where its own key begins. */
export function pathAbove(lines: readonly string[], indent: number): string[] {
  const path: string[] = [];
  let limit = indent;
  for (const line of [...lines].reverse()) {
    const above = read(line);
    if (!above || above.at >= limit) continue;
    // The keys of a list's item stand below the list's own.
    limit = above.at > above.begin ? above.begin + 1 : above.begin;
    if (above.opens) path.unshift(above.key);
    if (limit === 0) break;
  }
  return path;
}

/** The keys that may stand at a path; none where nobody can know. */
export function keysAt(path: readonly string[]): readonly string[] {
  const found = Object.entries(KEYS).find(([pattern]) => {
    const parts = pattern ? pattern.split(".") : [];
    return parts.length === path.length && parts.every((part, place) => part === "*" || part === path[place]);
  });
  return found?.[1] ?? [];
}

const KEY = /^(?<lead>\s*(?:- )?)[\w-]*$/;
const VALUE = /^\s*(?:- )?(?<key>[\w-]+):\s+\S*$/;

/** What can be typed where the cursor is; only where one types a word, or asks for it. */
export function completeCompose(context: CompletionContext): CompletionResult | null {
  const line = context.state.doc.lineAt(context.pos);
  const before = line.text.slice(0, context.pos - line.from);
  const from = context.matchBefore(/[\w"-]*/)?.from ?? context.pos;
  if (from === context.pos && !context.explicit) return null;
  const key = VALUE.exec(before)?.groups?.key;
  if (key) return offer(from, VALUES[key] ?? [], "constant");
  const lead = KEY.exec(before)?.groups?.lead;
  if (lead === undefined) return null;
  const above = context.state.doc.sliceString(0, line.from).split("\n");
  return offer(line.from + lead.length, keysAt(pathAbove(above, lead.length)), "property");
}

function offer(from: number, labels: readonly string[], type: "constant" | "property") {
  if (!labels.length) return null;
  const isKey = (label: string) => type === "property" && !label.endsWith("-");
  return {
    from,
    options: labels.map((label) => ({ label, type, apply: isKey(label) ? `${label}: ` : label })),
  };
}
