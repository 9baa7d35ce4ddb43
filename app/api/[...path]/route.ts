/** What is none of our addresses for programs: they get a problem document, not a page. */
export * from "@/app/api/orchestrator/[...path]/route";
