import { ADMIN_API_PATH } from "@/lib/admin-api/operation";
import { expectDocumented } from "@/test/documented";
import { call } from "@/test/world";

export type Sent = {
  readonly as: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** A request to the admin API with an access token. @returns the answer, which is as the document says */
export async function askAdminApi(method: string, path: string, { as, body, headers = {} }: Sent) {
  const response = await call(method, `${ADMIN_API_PATH}${path}`, {
    headers: {
      authorization: `Bearer ${as}`,
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const answer = text === "" ? null : JSON.parse(text);
  const answered = { status: response.status, headers: response.headers, answer, text };
  expectDocumented(method, `${ADMIN_API_PATH}${path}`, answered);
  return answered;
}
