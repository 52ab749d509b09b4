/** PocketBase's list shape, in which every list under /api/appos/ comes. */
export interface Page<T> {
  items: T[];
  page: number;
  perPage: number;
  totalItems: number;
  totalPages: number;
}

/** What every list takes. `filter` and `sort` are PocketBase's. */
export interface ListQuery extends Record<string, string | number | boolean | undefined> {
  page?: number;
  perPage?: number;
  sort?: string;
  filter?: string;
}

/** Write a text as a literal of PocketBase's filter language. */
export const literal = (text: string) => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
