import { asPlainLine } from "@/lib/text";

/** What a mail says, before it has a form. Names in it may be anybody's: whatever they hold is shown, and does nothing. */
export type Letter = {
  readonly subject: string;
  /** Its paragraphs. */
  readonly says: readonly string[];
  readonly link: { readonly label: string; readonly href: string } | null;
  /** Why it came, and what to do about that. */
  readonly footer: string;
};

/** The same thing twice: for who reads plain text, and for who reads HTML. */
export type MailText = { readonly subject: string; readonly text: string; readonly html: string };

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escaped = (text: string) => text.replace(/[&<>"']/g, (found) => ESCAPES[found] ?? "");

const SUBJECT_MAX_CHARACTERS = 150;

/** The portal's colours, in the way that mail programs understand. */
const STYLE = `
body { margin: 0; padding: 24px 12px; background: #f4f2ec; color: #1c1b18; font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 560px; margin: 0 auto; padding: 24px 28px; background: #fcfbf8; border: 1px solid #ddd9ce; border-radius: 8px; }
p { margin: 0 0 14px; overflow-wrap: anywhere; }
a { color: #0b595c; }
.brand { font-weight: 600; }
.button { display: inline-block; padding: 9px 16px; border-radius: 6px; background: #0e5f62; color: #ffffff; font-weight: 600; text-decoration: none; }
.small { margin: 14px 0 0; color: #5b574c; font-size: 13px; }
@media (prefers-color-scheme: dark) {
  body { background: #161512; color: #ece8de; }
  main { background: #1d1c18; border-color: #35322b; }
  a { color: #66bdb7; }
  .button { background: #5cb3ad; color: #06201f; }
  .small { color: #aea899; }
}`;

/** @returns the letter as a mail: no picture, nothing that is fetched, nothing that tells whether it was read */
export function mailTextOf(letter: Letter): MailText {
  const subject = asPlainLine(letter.subject).trim();
  const [says, footer] = [letter.says.map(asPlainLine), asPlainLine(letter.footer)];
  const { link } = letter;
  const label = asPlainLine(link?.label ?? "");
  const text = [...says, ...(link ? [`${label}:\n${link.href}`] : []), `-- \n${footer}`].join("\n\n");
  const html = [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">',
    `<title>${escaped(subject)}</title><style>${STYLE}</style></head><body><main>`,
    '<p class="brand">Latchkey</p>',
    ...says.map((paragraph) => `<p>${escaped(paragraph)}</p>`),
    ...(link
      ? [
          `<p><a class="button" href="${escaped(link.href)}">${escaped(label)}</a></p>`,
          `<p class="small">Or open <a href="${escaped(link.href)}">${escaped(link.href)}</a></p>`,
        ]
      : []),
    `<p class="small">${escaped(footer)}</p></main></body></html>`,
  ].join("\n");
  return {
    subject: [...subject].slice(0, SUBJECT_MAX_CHARACTERS).join(""),
    text: `${text}\n`,
    html,
  };
}
