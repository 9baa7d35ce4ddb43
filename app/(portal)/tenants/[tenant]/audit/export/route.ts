export { exportedRecord as GET } from "@/lib/doors/record-export";
