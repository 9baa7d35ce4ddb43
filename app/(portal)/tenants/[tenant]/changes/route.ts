export { pageChanges as GET, pageChangesHead as HEAD } from "@/lib/doors/live";
