import { describe, expect, test } from "vitest";
import { Gate } from "./gate";

const limits = { running: 2, waiting: 3, patienceMs: 600_000, perNetwork: 4, perSite: 4 };

/** Sends one in and says what became of it. */
function into(gate: Gate, address = "192.0.2.1") {
  const visit = { begun: false, over: (): void => {}, refused: "", gaveUp: Promise.resolve() };
  let giveUp = (): void => {};
  visit.gaveUp = new Promise((resolve) => {
    giveUp = resolve;
  });
  const begin = () => {
    visit.begun = true;
  };
  const answer = gate.enter(address, begin, giveUp);
  if (typeof answer === "string") visit.refused = answer;
  else visit.over = answer;
  return visit;
}

test("no more run at once than may, and the others follow in turn", () => {
  const gate = new Gate(limits);
  const visits = Array.from({ length: 4 }, () => into(gate));
  expect(visits.map(({ begun }) => begun)).toEqual([true, true, false, false]);
  visits[1]?.over();
  expect(visits.map(({ begun }) => begun)).toEqual([true, true, true, false]);
  visits[1]?.over();
  expect(visits[3]?.begun).toBe(false);
});

test("one network cannot take what others need", () => {
  const gate = new Gate(limits);
  const greedy = Array.from({ length: 6 }, () => into(gate));
  expect(greedy.map(({ refused }) => refused)).toEqual([
    "",
    "",
    "",
    "",
    "too many of yours",
    "too many of yours",
  ]);
  const other = into(gate, "192.0.2.2");
  expect(other.refused).toBe("");
  expect(into(gate, "192.0.2.3").refused).toBe("too many");
  for (const { over } of greedy) over();
  expect(other.begun).toBe(true);
  other.over();
  expect(Array.from({ length: 4 }, () => into(gate)).map(({ refused }) => refused)).toEqual(["", "", "", ""]);
});

test("who hangs up while waiting is never begun, and leaves its place", () => {
  const gate = new Gate({ ...limits, running: 1, waiting: 1 });
  const [first, gone] = [into(gate), into(gate)];
  gone.over();
  const next = into(gate);
  expect(next.refused).toBe("");
  first.over();
  expect([gone.begun, next.begun]).toEqual([false, true]);
});

test("who waits too long is turned away, and leaves its place", async () => {
  const gate = new Gate({ ...limits, running: 1, waiting: 1, patienceMs: 1 });
  const [first, tired] = [into(gate), into(gate)];
  await tired.gaveUp;
  first.over();
  expect([first.begun, tired.begun]).toEqual([true, false]);
  const next = into(gate);
  expect(next.begun).toBe(true);
});

test("the many networks of one owner are counted together, too", () => {
  const gate = new Gate({ running: 9, waiting: 0, patienceMs: 0, perNetwork: 2, perSite: 3 });
  const refused = ["::1", "::2", "::3", ":1::1", ":2::1"].map(
    (end) => into(gate, `2001:db8:0${end}`).refused,
  );
  expect(refused).toEqual(["", "", "too many of yours", "", "too many of yours"]);
  expect(into(gate, "2001:db8:1::1").refused).toBe("");
});

describe("where fewer may run while the thread is busy", () => {
  const few = { ...limits, running: 3, runningWhileBusy: 1 };
  /** Resolves when the gate has looked so many times. */
  function looks(isBusy: boolean) {
    let count = 0;
    let wanted: [number, () => void] | undefined;
    return {
      isBusy: () => {
        count += 1;
        if (wanted && count >= wanted[0]) wanted[1]();
        return isBusy;
      },
      times: (times: number) => new Promise<void>((resolve) => (wanted = [count + times, resolve])),
    };
  }

  test("no other begins before the first is over", async () => {
    const busy = looks(true);
    const gate = new Gate(few, busy.isBusy);
    const visits = Array.from({ length: 3 }, () => into(gate));
    await busy.times(5);
    expect(visits.map(({ begun }) => begun)).toEqual([true, false, false]);
    visits[0]?.over();
    expect(visits.map(({ begun }) => begun)).toEqual([true, true, false]);
  });

  test("the others begin beside it when the thread has time, up to as many as may", async () => {
    const idle = looks(false);
    const gate = new Gate(few, idle.isBusy);
    const visits = Array.from({ length: 4 }, () => into(gate));
    await idle.times(5);
    expect(visits.map(({ begun }) => begun)).toEqual([true, true, true, false]);
    visits[1]?.over();
    expect(visits[3]?.begun).toBe(true);
  });
});
