export { exportedRecord as GET } from "@/lib/http/portal/audit-export";
