import { oncePerProcess } from "@/lib/shared";

/** One number: what it is of, in words of closed sets, and how much. Nothing that a stranger sends is ever among the words. */
export type Figure = { readonly labels: Readonly<Record<string, string>>; readonly value: number };

/** What parts of this process can be asked for. */
type FigureName = "token requests" | "open streams" | "long polls";

const readers = () => oncePerProcess("figures", () => new Map<FigureName, () => readonly Figure[]>());

/**
 * Says how figures of this process are read. Whoever counts adds to a plain number where something happens; only who asks pays for more.
 * @param read called each time that somebody asks
 */
export function provideFigures(name: FigureName, read: () => readonly Figure[]): void {
  readers().set(name, read);
}

/** @returns the figures as they are now; none where nothing of the kind has happened in this process yet */
export const readFigures = (name: FigureName): readonly Figure[] => readers().get(name)?.() ?? [];
