import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A browser without its rules: it keeps cookies, follows nothing, and sends what a test tells it to. */
export class Visitor {
  /** The cookies by name, and the attributes they came with. */
  readonly cookies = new Map<string, { readonly value: string; readonly attributes: string }>();

  constructor(readonly url: string) {}

  async ask(path: string, sent: RequestInit = {}): Promise<Response> {
    const headers = new Headers(sent.headers);
    const cookie = [...this.cookies].map(([name, { value }]) => `${name}=${value}`).join("; ");
    if (cookie) headers.set("cookie", cookie);
    const response = await fetch(this.url + path, { redirect: "manual", ...sent, headers });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = "", attributes = ""] = /^([^=]+)=([^;]*)(.*)$/.exec(line) ?? [];
      this.cookies.set(name, { value, attributes });
    }
    return response;
  }

  post(path: string, fields: Readonly<Record<string, string>>, headers: Record<string, string> = {}) {
    const type = "application/x-www-form-urlencoded";
    const body = new URLSearchParams(fields).toString();
    return this.ask(path, { method: "POST", headers: { "content-type": type, ...headers }, body });
  }

  async csrfToken(): Promise<string> {
    return ((await (await this.ask("/api/auth/csrf")).json()) as { csrfToken: string }).csrfToken;
  }

  /** Signs in as next-auth's own client does. */
  async signIn(credentials: { email: string; password: string }, fields: Record<string, string> = {}) {
    const csrfToken = await this.csrfToken();
    return this.post("/api/auth/callback/credentials", {
      ...credentials,
      csrfToken,
      json: "true",
      ...fields,
    });
  }
}

const manifest = join(import.meta.dirname, "../../.next/server/server-reference-manifest.json");

/** @returns the id by which browsers call a server action, from what the build says of it */
export function actionId(name: string): string {
  const { node } = JSON.parse(readFileSync(manifest, "utf8")) as {
    node: Record<string, { exportedName: string }>;
  };
  const [id] = Object.entries(node).find(([, one]) => one.exportedName === name) ?? [];
  if (id === undefined) throw new Error(`no action is called ${name}`);
  return id;
}
