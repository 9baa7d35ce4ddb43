/** The root of the API is none of its resources; without this Next.js would answer with a page. */
export * from "@/app/api/identity/[...path]/route";
