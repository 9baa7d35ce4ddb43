import { config } from "zod";

// Next.js runs this in the browser before anything else. zod compiles its checks where it may, and finds out by trying; the content security
// policy forbids it, and a browser reports the try as a violation.
config({ jitless: true });
