// Usage: node tools/check-logs.mjs
// The last step of `npm test`: looks for secrets in everything that was logged during the run.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";

/** What no log may hold, by the name it is reported under. */
const secretShapes = {
  "client secret": /lks_[0-9A-Za-z]{16}_[0-9A-Za-z]+/g,
  "JWT or JWE": /eyJ[\w-]{10,}\.[\w-]*\.[\w-]+/g,
  "credentials of a request": /\b(?:Basic|Bearer|DPoP)\s+[\w.~+/=-]{20,}/gi,
  // Not the one that an error shows as an example.
  "password in a URL": /:\/\/(?!user:password@host)[^\s/"@]*:[^\s/"@]+@/g,
  cookie: /(?:session-token|csrf-token|known-browser)(?:\.\d+)?=[^;\s"]+/g,
  "one-time link": /\/[a-z-]+#[\w-]{20,}/g,
  "private key": /"(?:d|dp|dq|qi)"\s*:\s*"[\w-]{20,}"|-----BEGIN [A-Z ]*PRIVATE KEY/g,
  "password hash": /\$2[aby]\$\d\d\$[./\w]{20,}/g,
};

/** The operator is shown this one on the terminal, because nobody else can be. */
const shownOnPurpose = /^\s*\d+\.\d+ s {2}no administrator yet; become the first one at \S+$/;

/**
 * Finds secrets in what was logged.
 *
 * @param {string} text lines of a log
 * @param {readonly string[]} [known] values that are secret by what they are, whatever they look like
 * @returns {string[]} one sentence a finding, which does not repeat the secret
 */
export function findSecrets(text, known = []) {
  return text.split("\n").flatMap((line, index) => {
    if (shownOnPurpose.test(line)) return [];
    const shapes = Object.entries(secretShapes).flatMap(([name, shape]) =>
      [...line.matchAll(shape)].map(([found]) => `${name} (${found.slice(0, 12)}…)`),
    );
    const values = known
      .filter((value) => line.includes(value))
      .map((value) => `known value ${value.slice(0, 4)}…`);
    return [...shapes, ...values].map((finding) => `line ${index + 1}: ${finding}`);
  });
}

/**
 * The passwords and keys that the tests themselves use.
 *
 * @param {string} source the text of a test
 * @returns {string[]}
 */
export function secretsIn(source) {
  const named = /(?:password|PASSWORD|APP_SECRET|secret|SECRET)\w*"?\s*[:=]\s*"([^"\n]{10,})"/g;
  return [...source.matchAll(named)].map(([, value]) => value);
}

/** Kinds of logs that a whole run leaves. */
const kinds = ["doors", "shipped", "robot", "journeys"];

function main(root) {
  const folder = join(root, "test-results/logs");
  const tests = ["test", "e2e"].flatMap((place) =>
    readdirSync(join(root, place), { recursive: true })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => readFileSync(join(root, place, name), "utf8")),
  );
  const known = [...new Set(tests.flatMap(secretsIn))];
  const files = readdirSync(folder);
  const problems = kinds
    .filter((kind) => !files.some((file) => file.startsWith(`${kind}-`)))
    .map((kind) => `nothing was kept of what "${kind}" logged`);
  let lines = 0;
  for (const file of files) {
    const text = readFileSync(join(folder, file), "utf8");
    lines += text.split("\n").length;
    problems.push(...findSecrets(text, known).map((finding) => `${file}, ${finding}`));
  }
  if (problems.length > 0) {
    console.error(`Something is in the logs that must not be:\n${problems.slice(0, 50).join("\n")}`);
    process.exit(1);
  }
  console.log(
    `No secret in ${lines} lines of ${files.length} logs (${known.length} known ones were looked for).`,
  );
}

if (argv[1] === fileURLToPath(import.meta.url)) main(join(import.meta.dirname, ".."));
