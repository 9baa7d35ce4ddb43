export { pageChanges as GET } from "@/lib/doors/live";
