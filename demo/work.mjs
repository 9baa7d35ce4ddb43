// What the demo's robots run: it says how far it is, in the lines that the robot reads, and gives back what it did.
const [seconds = "20", what = "done"] = process.argv.slice(2);
const steps = 10;
for (let step = 1; step <= steps; step += 1) {
  await new Promise((resolve) => setTimeout(resolve, (Number(seconds) * 1000) / steps));
  console.log(JSON.stringify({ progress: (100 * step) / steps, message: `step ${step} of ${steps}` }));
}
console.log(JSON.stringify({ output: { [what]: Math.ceil(Math.random() * 40) } }));
