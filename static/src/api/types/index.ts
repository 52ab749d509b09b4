/** The shapes of the HTTP contract, one file a noun. docs/api.md and /api/docs describe them. */
export * from "./apps";
export * from "./jobs";
export * from "./system";
