import { join } from "node:path";
import { expect, test } from "vitest";
import { BuildError, buildIfChanged, prepareDevelopment } from "./build.mjs";

test.each(["C# projects", "what?"])(
  "a clone in a folder named %s is told what to do before anything is built",
  async (name) => {
    const steps: string[] = [];
    const say = (line: string) => void steps.push(line);
    const root = join(import.meta.dirname, name);
    for (const build of [buildIfChanged, prepareDevelopment]) {
      const refused = expect(build(root, say)).rejects;
      await refused.toThrow(BuildError);
      await refused.toThrow(`cannot be built in ${root}`);
    }
    expect(steps).toEqual([]);
  },
);
