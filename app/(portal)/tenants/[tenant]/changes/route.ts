export { pageChanges as GET, pageChangesHead as HEAD } from "@/lib/http/portal/page-events";
