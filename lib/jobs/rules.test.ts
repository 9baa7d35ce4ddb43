import { expect, test } from "vitest";
import { isEnded, type JobDeed, nextState, ON_HOST, statesBefore, whyPending } from "./rules";
import { JOB_STATES, type JobState } from "./schema";

const DEEDS: readonly JobDeed[] = [
  "claim",
  "stop",
  "kill",
  "report Successful",
  "report Faulted",
  "report Stopped",
  "cut",
  "lose host",
];

/** Every sequence of deeds that a job can live through, as the states it passes. */
function* lives(path: readonly JobState[]): Generator<readonly JobState[]> {
  const state = path.at(-1) ?? "Pending";
  yield path;
  for (const deed of DEEDS) {
    const next = nextState(state, deed);
    if (next) yield* lives([...path, next]);
  }
}

test("every life of a job ends, in one ended state, and goes on from there to nothing", () => {
  const all = [...lives(["Pending"])];
  expect(all.length).toBeGreaterThan(20);
  for (const path of all) {
    const ended = path.filter(isEnded);
    expect(ended.length).toBeLessThanOrEqual(1);
    if (ended.length === 1) expect(isEnded(path.at(-1) ?? "Pending")).toBe(true);
    expect(new Set(path).size, `a state comes twice in ${path.join(" → ")}`).toBe(path.length);
  }
  const reached = new Set(all.flat());
  expect([...reached].sort()).toEqual([...JOB_STATES].sort());
});

test("an ended job refuses every deed", () => {
  for (const state of JOB_STATES.filter(isEnded)) {
    for (const deed of DEEDS) expect(nextState(state, deed), `${deed} when ${state}`).toBeNull();
  }
});

test("whatever runs on a host can be cut, lost and reported on; what waits cannot", () => {
  for (const deed of ["cut", "lose host", "report Successful", "report Faulted", "report Stopped"] as const) {
    expect(statesBefore(deed).sort()).toEqual([...ON_HOST].sort());
  }
});

test("a job that was told to terminate cannot be told to stop in its own way any more", () => {
  expect(nextState("Terminating", "stop")).toBeNull();
  expect(nextState("Stopping", "kill")).toBe("Terminating");
});

test.each([
  [[], "No host is connected that this job may run on."],
  [[{ mayRun: 0, running: 0 }], "The connected hosts may run no Testing jobs: see the machine's runtimes."],
  [[{ mayRun: 1, running: 1 }], "The host is busy."],
  [
    [
      { mayRun: 1, running: 1 },
      { mayRun: 2, running: 2 },
    ],
    "All 2 hosts are busy.",
  ],
  [
    [
      { mayRun: 1, running: 1 },
      { mayRun: 2, running: 1 },
    ],
    null,
  ],
])("a pending job says why nobody takes it: %j", (candidates, reason) => {
  expect(whyPending("Testing", candidates)).toBe(reason);
});
