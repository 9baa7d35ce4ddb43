/**
 * How often a test does what one time proves little about: a few times in the suite, many times in a drill (`npm run drill:…`).
 * @param name the environment variable that a drill sets
 */
export const times = (name: string, inSuite: number): number => Number(process.env[name] ?? inSuite);
