import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readArguments } from "@/robot/arguments";
import { EXIT_CODES, endOf, RobotEnd } from "@/robot/exit-codes";
import { instanceId } from "@/robot/instance";
import { readProcesses } from "@/robot/processes";
import { askOn } from "@/robot/prompt";
import { endOfSession, SessionOver } from "@/robot/session";
import { readSettings } from "@/robot/settings";

const SECRET = "lks_not-a-real-one";
const GIVEN = {
  LATCHKEY_URL: "https://latchkey.test/portal/",
  LATCHKEY_CLIENT_ID: "id",
  LATCHKEY_CLIENT_SECRET: SECRET,
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "latchkey-robot-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string, mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

const settingsProblem = { kind: "settings", exitCode: 2 };

describe("settings", () => {
  test("come from the environment; host name and grace have a default", async () => {
    expect(await readSettings(GIVEN, undefined)).toEqual({
      url: new URL(GIVEN.LATCHKEY_URL),
      clientId: "id",
      credential: { kind: "secret", secret: SECRET },
      hostName: hostname(),
      instanceId: instanceId(),
      stopGraceSeconds: 30,
    });
  });

  test("come from a file for what the environment lacks", async () => {
    const path = file(
      "robot.env",
      `# the pair\nLATCHKEY_CLIENT_SECRET="${SECRET}"\nLATCHKEY_CLIENT_ID=other\n`,
    );
    const { LATCHKEY_CLIENT_SECRET: _, ...rest } = GIVEN;
    const settings = await readSettings({ ...rest, LATCHKEY_HOST_NAME: "HOST-1" }, path);
    expect(settings).toMatchObject({ credential: { secret: SECRET }, clientId: "id", hostName: "HOST-1" });
  });

  test.each([0o644, 0o602, 0o601])(
    "a file of mode %o is refused, with the command that mends it",
    async (mode) => {
      const path = file("open.env", `LATCHKEY_CLIENT_SECRET=${SECRET}\n`, mode);
      const reading = readSettings(GIVEN, path);
      await expect(reading).rejects.toMatchObject(settingsProblem);
      await expect(reading).rejects.toThrow(`chmod o-rwx ${path}`);
    },
  );

  test("a file that its group may read is the operator's choice", async () => {
    await expect(readSettings(GIVEN, file("group.env", "", 0o640))).resolves.toBeDefined();
  });

  test("what is missing is asked for, the secret hidden", async () => {
    const asked: [string, boolean][] = [];
    const settings = await readSettings(
      { LATCHKEY_URL: GIVEN.LATCHKEY_URL },
      undefined,
      async (question, { isHidden }) => {
        asked.push([question, isHidden]);
        return isHidden ? SECRET : "id";
      },
    );
    expect(asked.map(([, isHidden]) => isHidden)).toEqual([false, true]);
    expect(settings).toMatchObject({ clientId: "id", credential: { secret: SECRET } });
  });

  test.each([
    [{ LATCHKEY_URL: "latchkey.test" }, "LATCHKEY_URL: must be"],
    [{ LATCHKEY_URL: `https://id:${SECRET}@latchkey.test` }, "LATCHKEY_URL: must be"],
    [{ LATCHKEY_URL: "file:///etc/passwd" }, "LATCHKEY_URL: must be"],
    [{ LATCHKEY_CLIENT_SECRET: "" }, "LATCHKEY_CLIENT_SECRET is missing"],
    [{ LATCHKEY_STOP_GRACE_SECONDS: "soon" }, "LATCHKEY_STOP_GRACE_SECONDS"],
  ])("%o is refused by name and without its value", async (wrong, sentence) => {
    const reading = readSettings({ ...GIVEN, ...wrong }, undefined);
    await expect(reading).rejects.toThrow(sentence);
    await expect(reading.catch(String)).resolves.not.toContain(SECRET);
  });
});

describe("the prompt", () => {
  test("never echoes a hidden answer", async () => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const asking = askOn({ input, output })("Client secret: ", { isHidden: true });
    input.write(`${SECRET}\n`);
    expect(await asking).toBe(SECRET);
    expect(String(output.read())).toBe("Client secret: \n");
  });

  test("that gets no answer ends the robot with code 2", async () => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const asking = askOn({ input, output })("Client ID: ", { isHidden: false });
    input.end();
    await expect(asking).rejects.toMatchObject(settingsProblem);
  });
});

describe("the command line", () => {
  test("names files only, and what else is typed is not repeated", () => {
    expect(readArguments(["--processes", "p.json", "--env-file", "e"])).toEqual({
      help: false,
      processes: "p.json",
      envFile: "e",
    });
    for (const args of [["--secret", SECRET], [SECRET], [`--client-secret=${SECRET}`], []]) {
      let end: unknown;
      try {
        readArguments(args);
      } catch (error) {
        end = error;
      }
      expect(end).toMatchObject(settingsProblem);
      expect(String(end)).not.toContain(SECRET);
    }
  });
});

describe("the list of processes", () => {
  test("gives command and arguments by the process's name, whatever it is called", () => {
    const path = file(
      "processes.json",
      '{"__proto__ ": {"command": "true"}, "a": {"command": "/bin/x", "args": ["1"]}}',
    );
    expect([...readProcesses(path)]).toEqual([
      ["__proto__ ", { command: "true", args: [], env: {} }],
      ["a", { command: "/bin/x", args: ["1"], env: {} }],
    ]);
  });

  test.each([
    ["not JSON", "{"],
    ["a list", "[]"],
    ["a relative path", '{"a": {"command": "./x"}}'],
    ["a line for a shell", '{"a": "rm -rf /"}'],
    ["a word that means nothing", '{"a": {"command": "x", "shell": true}}'],
  ])("%s is refused", (_, text) => {
    const path = file("wrong.json", text);
    expect(() => readProcesses(path)).toThrow(RobotEnd);
  });

  test("that everybody can change is refused", () => {
    expect(() => readProcesses(file("open.json", "{}", 0o666))).toThrow("chmod o-w");
  });
});

describe("exit codes", () => {
  test("are all different, and only success is 0", () => {
    const codes = Object.values(EXIT_CODES);
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.filter((code) => code === 0)).toEqual([EXIT_CODES.stopped]);
  });

  test("what nobody expected is 70, with its message", () => {
    expect(endOf(new TypeError("odd"))).toMatchObject({ exitCode: 70, message: "unexpected: odd" });
  });

  test.each([
    ["secret_deleted", "cut"],
    ["machine_disabled", "cut"],
    ["key_expired", "cut"],
    ["disconnected", "disconnected"],
    ["other_credential", "replaced"],
    ["removed", undefined],
    ["closed", undefined],
    ["a_code_of_next_year", undefined],
    ["constructor", undefined],
    [undefined, undefined],
  ])("a session that ended with %s ends the robot as %s, whatever the sentence", (code, kind) => {
    expect(endOfSession(new SessionOver(code, "client secret deleted by disconnected by"))?.kind).toBe(kind);
  });
});
