/** Text in which what stands between backticks is code. */
export function Marked({ text }: { text: string }) {
  return text.split("`").map((part, index) =>
    index % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text are where they are
      <code key={index} className="font-mono text-small wrap-anywhere">
        {part}
      </code>
    ) : (
      part
    ),
  );
}
