import { ListSkeleton } from "@/components/ui/list-skeleton";

export default function OverviewLoading() {
  return <ListSkeleton title="Overview" />;
}
