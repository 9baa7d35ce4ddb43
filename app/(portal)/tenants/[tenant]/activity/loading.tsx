import { ListSkeleton } from "@/components/ui/list-skeleton";

export default function ActivityLoading() {
  return <ListSkeleton title="Sign-in activity" hasFilters />;
}
