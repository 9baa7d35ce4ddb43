import type { RobotActor } from "@/lib/ctx";
import { oncePerProcess } from "@/lib/shared";

/** So many transactions of one machine go on at once, on less than half of the robots' connections. A poll that waits is in none. */
export const MACHINE_AT_ONCE = 4;

type Line = { running: number; readonly waiting: (() => void)[] };

const lines = () => oncePerProcess("robots' turns", () => new Map<string, Line>());

async function inLine<T>(name: string, atOnce: number, work: () => Promise<T>): Promise<T> {
  const line: Line = lines().get(name) ?? { running: 0, waiting: [] };
  lines().set(name, line);
  if (line.running < atOnce) line.running += 1;
  else await new Promise<void>((resolve) => line.waiting.push(resolve));
  try {
    return await work();
  } finally {
    const next = line.waiting.shift();
    if (next) next();
    else if (line.running > 1) line.running -= 1;
    else lines().delete(name);
  }
}

/** One deed at a time on a row of a machine: whoever waits for the lock of a row waits with a connection in hand. */
export const inTurnOfRow = <T>({ id }: RobotActor, row: string, work: () => Promise<T>): Promise<T> =>
  inLine(`${id} ${row}`, 1, work);

/** Runs a transaction of a robot when it is its turn, so that no machine holds the connections of all, however much it asks at once. */
export const inTurnOfMachine = <T>({ id }: RobotActor, work: () => Promise<T>): Promise<T> =>
  inLine(id, MACHINE_AT_ONCE, work);

/** Both. @param row names the row that the transaction holds, such as a session */
export const inTurn = <T>(actor: RobotActor, row: string, work: () => Promise<T>): Promise<T> =>
  inTurnOfRow(actor, row, () => inTurnOfMachine(actor, work));
