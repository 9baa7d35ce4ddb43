import { openReport } from "@/lib/http/oauth/endpoint";
import { takeLeakReports, turnAwayReporter } from "@/lib/http/oauth/leak-reports";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = openReport(takeLeakReports, turnAwayReporter);
