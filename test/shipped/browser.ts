import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What a browser keeps: cookies by name. */
export class Browser {
  readonly #cookies = new Map<string, string>();

  constructor(readonly url: string) {}

  /** Asks as a browser with its cookies does, and keeps those that come back; redirects are not followed. */
  async ask(path: string, sent: RequestInit = {}): Promise<Response> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = new Headers(sent.headers);
    if (cookie) headers.set("cookie", cookie);
    const response = await fetch(this.url + path, { redirect: "manual", ...sent, headers });
    for (const line of response.headers.getSetCookie()) {
      const [name = "", value = ""] = line.split(";", 1)[0]?.split(/=(.*)/s) ?? [];
      if (value === "") this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return response;
  }

  /** The same browser at another process of the installation. */
  at(url: string): Browser {
    const other = new Browser(url);
    for (const [name, value] of this.#cookies) other.#cookies.set(name, value);
    return other;
  }

  /** Sends a form to next-auth as its own client does. */
  async post(path: string, fields: Readonly<Record<string, string>>): Promise<Response> {
    const { csrfToken } = (await (await this.ask("/api/auth/csrf")).json()) as { csrfToken: string };
    return this.ask(path, {
      method: "POST",
      body: new URLSearchParams({ ...fields, csrfToken, json: "true" }),
    });
  }

  /** @returns whether the credentials were taken */
  async signIn(credentials: Readonly<Record<string, string>>): Promise<boolean> {
    return (await this.post("/api/auth/callback/credentials", credentials)).status === 200;
  }

  /** Calls a server action of a page. @returns what it answered, as text */
  async act(page: string, action: string, ...args: readonly unknown[]): Promise<string> {
    const response = await this.ask(page, {
      method: "POST",
      headers: { "next-action": actionId(action), "content-type": "text/plain;charset=UTF-8" },
      body: JSON.stringify(args),
    });
    return response.text();
  }
}

function actionId(name: string): string {
  const file = join(import.meta.dirname, "../../.next/server/server-reference-manifest.json");
  const { node } = JSON.parse(readFileSync(file, "utf8")) as {
    node: Record<string, { exportedName: string }>;
  };
  const [id] = Object.entries(node).find(([, { exportedName }]) => exportedName === name) ?? [];
  if (!id) throw new Error(`there is no action ${name}`);
  return id;
}
