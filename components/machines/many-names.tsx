import type { ManyChosen } from "@/components/machines/many-actions";
import { ScrollBox } from "@/components/ui/scroll-box";

/** Whom it is about: those that are ticked by name, or that all are meant which match. */
export function ManyNames({ named }: Pick<ManyChosen, "named">) {
  if (named === null) return <p>All machines that match the list’s filters at this moment.</p>;
  return (
    <ScrollBox label="Chosen machines" className="max-h-28">
      <ul className="border-l-2 border-line pl-3 font-medium break-words">
        {named.map(({ id, name }) => (
          <li key={id}>{name}</li>
        ))}
      </ul>
    </ScrollBox>
  );
}
