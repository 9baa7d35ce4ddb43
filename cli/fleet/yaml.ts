import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  parseAllDocuments,
} from "yaml";
import { CommandEnd } from "@/cli/exit-codes";
import { isKept } from "@/lib/json-text";

/** What is read of a file at the most; ten thousand machines with every detail are half of it. */
export const FILE_MAX_BYTES = 8 * 1024 * 1024;
/** Values in a file, those that an alias stands for counted each time. */
const VALUES_MAX = 1_000_000;

export type Path = readonly PropertyKey[];

/** Something wrong in a file: where, and a sentence. */
export type Fault = {
  readonly path: Path;
  readonly says: string;
  /** It is the name of the member that is wrong, not its value. */
  readonly isName?: true;
};

export type YamlFile = {
  readonly value: unknown;
  /** @throws CommandEnd `usage`, each fault with file, line and column */
  readonly refuse: (faults: readonly Fault[]) => never;
};

type Parsed = Document.Parsed<ParsedNode>;

/**
 * Walks it as it stands, not as it would be with every alias written out, and counts what that would be: a few lines of aliases of aliases
 * can stand for more than a computer has room for.
 * @returns the first node that is too much, refers to itself, or is a number that JavaScript would change
 */
function findFault(root: Node | null): { readonly node: Node; readonly says: string } | null {
  const anchors = new Map<string, Node>();
  const sizes = new Map<Node, number>();
  let fault: { readonly node: Node; readonly says: string } | null = null;
  const sizeOf = (node: unknown): number => {
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      const size = target && sizes.get(target);
      if (size === undefined) fault ??= { node, says: "This alias stands for something that holds it." };
      return size ?? 0;
    }
    if (!isMap(node) && !isSeq(node)) {
      if (!isScalar(node)) return 0;
      if (node.anchor) anchors.set(node.anchor, node);
      if (typeof node.value === "number" && !isKept(node.source ?? ""))
        fault ??= { node, says: "This number would be changed on its way: write it as text." };
      sizes.set(node, 1);
      return 1;
    }
    if (node.anchor) anchors.set(node.anchor, node);
    let size = 1;
    for (const item of node.items) {
      size += isPair(item) ? sizeOf(item.key) + sizeOf(item.value) : sizeOf(item);
      const place = (isPair(item) ? item.key : item) as Node;
      if (size > VALUES_MAX) fault ??= { node: place, says: `Here it is more than ${VALUES_MAX} values.` };
    }
    sizes.set(node, size);
    return size;
  };
  sizeOf(root);
  return fault;
}

/** @returns the node at a path, or the last on the way there; of a map that has no such member, the map */
function nodeAt(document: Parsed, { path, isName }: Fault): Node | null {
  let node: unknown = document.contents;
  let last: Node | null = document.contents;
  for (const [index, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (!pair) break;
      node = pair.value ?? pair.key;
      const isMeant = isScalar(node) && !(isName && index === path.length - 1);
      last = (isMeant ? node : pair.key) as Node;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      if (node) last = node as Node;
    } else break;
  }
  return last;
}

/**
 * Reads one YAML 1.2 document. Anchors, aliases and merge keys (`<<`) are understood.
 * @param name the file, as it is named in what is said
 * @throws CommandEnd `usage`, each fault with file, line and column
 */
export function readYaml(text: string, name: string): YamlFile {
  const lines = new LineCounter();
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${Math.max(1, line)}:${Math.max(1, col)}`;
  };
  const end = (said: readonly string[]) =>
    new CommandEnd("usage", `${name} is not as it should be. Nothing was done.`, said);
  let documents: ReturnType<typeof parseAllDocuments<ParsedNode>>;
  try {
    documents = parseAllDocuments<ParsedNode>(text, {
      lineCounter: lines,
      prettyErrors: false,
      stringKeys: true,
      merge: true,
      resolveKnownTags: false,
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw end([`${name}:1:1: It is nested too deep.`]);
  }
  const [document, second] = documents;
  if (!document) throw end([`${name}:1:1: It is empty.`]);
  const wrong = [...document.errors, ...document.warnings].map(
    ({ pos, message }) => `${at(pos[0])}: ${message}`,
  );
  if (second && "range" in second)
    wrong.push(`${at(second.range[0])}: A second document begins here, and only one is read.`);
  if (wrong.length > 0) throw end(wrong);
  const fault = findFault(document.contents);
  if (fault) throw end([`${at(fault.node.range?.[0] ?? 0)}: ${fault.says}`]);
  return {
    value: document.toJS({ maxAliasCount: -1 }),
    refuse: (faults) => {
      throw end(faults.map((fault) => `${at(nodeAt(document, fault)?.range?.[0] ?? 0)}: ${fault.says}`));
    },
  };
}
