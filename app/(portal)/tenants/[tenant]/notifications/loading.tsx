import { ListSkeleton } from "@/components/ui/list-skeleton";

export default function NotificationsLoading() {
  return <ListSkeleton title="Notifications" hasFilters />;
}
