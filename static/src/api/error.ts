import { ClientResponseError } from "pocketbase";

/** What is wrong with one field, by its code and in a sentence. */
export interface FieldProblem {
  code: string;
  message: string;
}

/** Status 0: AppOS could not be reached. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly data: Readonly<Record<string, FieldProblem>> = {},
  ) {
    super(message);
    this.name = "ApiError";
  }

  /** Whether the same request may succeed in a moment: no connection, or AppOS starts. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }
}

/** Turn whatever was thrown into an ApiError. */
export function asApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  if (thrown instanceof ClientResponseError) {
    const body = thrown.response as { code?: string; message?: string; data?: Record<string, FieldProblem> };
    return new ApiError(thrown.status, body.code ?? "", body.message ?? thrown.message, body.data ?? {});
  }
  return new ApiError(0, "unreachable", thrown instanceof Error ? thrown.message : String(thrown));
}

/** Read the error of a response that is not a success; the body may be no JSON, behind a broken proxy. */
export async function errorOf(response: Response): Promise<ApiError> {
  const text = await response.text();
  try {
    const body = JSON.parse(text) as Partial<Pick<ApiError, "code" | "message" | "data">>;
    return new ApiError(
      response.status,
      body.code ?? "",
      body.message ?? response.statusText,
      body.data ?? {},
    );
  } catch {
    return new ApiError(response.status, "", `${response.status} ${response.statusText}`.trim());
  }
}
