import { startLatchkey } from "@/test/shipped/process";
import { startBench } from "./fleet";
import { type LoadRequest, load } from "./load";

const CONNECTIONS = 16;
const SECONDS = Number(process.env.SECONDS ?? 4);
const ROUNDS = Number(process.env.ROUNDS ?? 5);
const PORT = 3290;

const GRANT = "grant_type=client_credentials";
const FORM = { "content-type": "application/x-www-form-urlencoded" };
const basic = (clientId: string, clientSecret: string) => ({
  authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`,
});

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

// Two servers on one database, which differ in nothing but whether they record; ratios are taken within a round, so that what else the
// machine does strikes both.
const recording = await startBench(200, PORT);
const other = `http://localhost:${PORT + 1}`;
const silent = await startLatchkey({
  port: PORT + 1,
  env: { ...recording.env, SIGN_IN_ACTIVITY_DAYS: "0" },
});
try {
  await silent.ready();
  const tokenEndpoint = (origin: string) => `${origin}/api/identity/connect/token`;
  const shown = recording.machines.map(({ clientId, clientSecret }) => basic(clientId, clientSecret));
  const [first = {}] = shown;
  let turn = 0;
  const nextInTurn = () => {
    turn = (turn + 1) % shown.length;
    return shown[turn] ?? first;
  };
  const garbage = basic(recording.machines[0]?.clientId ?? "", "lks_garbage");
  const asked = (
    origin: string,
    fresh: () => Record<string, string>,
    expectedStatus: number,
  ): LoadRequest => ({
    url: tokenEndpoint(origin),
    headers: FORM,
    body: GRANT,
    fresh,
    expectedStatus,
  });
  const kinds: Record<string, (origin: string) => LoadRequest> = {
    "tokens, 200 machines in turn": (origin) => asked(origin, nextInTurn, 200),
    "tokens, one machine": (origin) => asked(origin, () => first, 200),
    "garbage refused": (origin) => asked(origin, () => garbage, 401),
  };
  console.log(`\n${CONNECTIONS} connections, ${ROUNDS} rounds of ${SECONDS} s; medians\n`);
  console.log(
    "| what | recorded, per second | not recorded, per second | ratio within a round |\n|---|---:|---:|---:|",
  );
  for (const [name, request] of Object.entries(kinds)) {
    const rounds: { with: number; without: number }[] = [];
    for (let round = 0; round <= ROUNDS; round += 1) {
      const measure = async (origin: string) =>
        (await load(request(origin), { connections: CONNECTIONS, seconds: round === 0 ? 1 : SECONDS }))
          .perSecond;
      // Round 0 warms up. Who comes first changes, so that neither has the better half of a round.
      const isRecordingFirst = round % 2 === 0;
      const one = await measure(isRecordingFirst ? recording.origin : other);
      const two = await measure(isRecordingFirst ? other : recording.origin);
      if (round > 0)
        rounds.push(isRecordingFirst ? { with: one, without: two } : { with: two, without: one });
    }
    const ratios = rounds.map((round) => round.with / round.without);
    console.log(
      `| ${name} | ${median(rounds.map((round) => round.with)).toFixed(0)} | ${median(rounds.map((round) => round.without)).toFixed(0)} | ${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}) |`,
    );
  }
} finally {
  await silent.remove();
  await recording.stop();
}
