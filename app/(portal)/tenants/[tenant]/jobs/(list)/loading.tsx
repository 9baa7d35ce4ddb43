import { ListSkeleton } from "@/components/ui/list-skeleton";

export default function JobsLoading() {
  return <ListSkeleton title="Jobs" hasFilters />;
}
