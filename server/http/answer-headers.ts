import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

const POLICY_HEADER = "content-security-policy";

/** How people come to this process. */
export type Surroundings = {
  /** Whether they come over https. */
  readonly secure: boolean;
  /** In development Next.js evaluates code and opens a socket of its own. */
  readonly dev: boolean;
};

/** What no page is: whatever a browser is made to show of it runs, loads and frames nothing. */
const DATA_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const CONSTANT_HEADERS: readonly (readonly [name: string, value: string])[] = [
  ["x-content-type-options", "nosniff"],
  ["referrer-policy", "no-referrer"],
  ["cross-origin-opener-policy", "same-origin"],
  ["cross-origin-resource-policy", "same-origin"],
  [
    "permissions-policy",
    [
      "accelerometer",
      "camera",
      "display-capture",
      "geolocation",
      "gyroscope",
      "magnetometer",
      "microphone",
      "midi",
      "payment",
      "publickey-credentials-get",
      "screen-wake-lock",
      "usb",
      "xr-spatial-tracking",
    ]
      .map((feature) => `${feature}=()`)
      .join(", "),
  ],
];

/** Only this host: what else the operator's domain serves is the operator's to decide (RFC 6797 §6.1). */
const TRANSPORT_SECURITY = ["strict-transport-security", "max-age=31536000"] as const;

/**
 * The headers that keep a browser from being used against its owner, on every answer of this process whoever makes it. This is the only
 * place that sets them.
 */
export type AnswerHeaders = {
  /** Puts them on an answer that nobody has begun. */
  readonly putOn: (response: ServerResponse) => void;
  /** Lets the answer be a page, which runs our scripts. The request gets the nonce, where Next.js looks for it. */
  readonly letBePage: (request: IncomingMessage, response: ServerResponse) => void;
  /** Names and values, in turn. */
  readonly pairs: readonly string[];
  /** The same for an answer to what is no request: header lines, each with its line end. */
  readonly lines: string;
};

export function answerHeaders({ secure, dev }: Surroundings): AnswerHeaders {
  const always = [
    ...CONSTANT_HEADERS,
    ...(secure ? [TRANSPORT_SECURITY] : []),
    [POLICY_HEADER, DATA_POLICY] as const,
  ];
  return {
    putOn(response) {
      for (const [name, value] of always) response.setHeader(name, value);
    },
    letBePage(request, response) {
      const policy = pagePolicy(randomBytes(16).toString("base64"), dev);
      // Over whatever the client sent: Next.js takes the nonce for its own scripts from here.
      request.headers[POLICY_HEADER] = policy;
      response.setHeader(POLICY_HEADER, policy);
    },
    pairs: always.flat(),
    lines: always.map(([name, value]) => `${name}: ${value}\r\n`).join(""),
  };
}

function pagePolicy(nonce: string, dev: boolean): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${dev ? " 'unsafe-eval'" : ""}`,
    `style-src 'self'${dev ? " 'unsafe-inline'" : ""}`,
    // The component library renders style attributes for its hidden inputs. They cannot load anything: images and fonts are ours.
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:",
    `connect-src 'self'${dev ? " ws:" : ""}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}
