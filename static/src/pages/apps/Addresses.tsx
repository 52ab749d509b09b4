import { Anchor } from "@mantine/core";
import type { Port, Service } from "./types";

const LOOPBACK = ["127.0.0.1", "::1"];
const EVERYWHERE = ["0.0.0.0", "::", ""];

/** Where a port is reached from this browser: on every address of the host, that is the one AppOS was opened at. */
export function hrefOf(port: Port, here = window.location): string {
  const host = EVERYWHERE.includes(port.hostIp) ? here.hostname : port.hostIp;
  const scheme = port.containerPort === 443 ? "https" : "http";
  return `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port.hostPort}/`;
}

/** Each published TCP port once, IPv4 before IPv6. */
export function publishedPorts(services: readonly Service[]): Port[] {
  const ports = services.flatMap((service) => service.ports).filter((port) => port.protocol === "tcp");
  const sorted = [...ports].sort((a, b) => a.hostIp.length - b.hostIp.length);
  return sorted.filter(
    (port, place) => sorted.findIndex((other) => other.hostPort === port.hostPort) === place,
  );
}

/** The addresses that an app is reached at. */
export function Addresses({ services }: { services: readonly Service[] }) {
  const ports = publishedPorts(services);
  if (!ports.length) return "–";
  return ports.map((port) => (
    <div key={`${port.hostIp}:${port.hostPort}`}>
      <Anchor href={hrefOf(port)} target="_blank" rel="noreferrer">
        {LOOPBACK.includes(port.hostIp) ? `${port.hostIp}:${port.hostPort}` : `:${port.hostPort}`}
      </Anchor>
    </div>
  ));
}
