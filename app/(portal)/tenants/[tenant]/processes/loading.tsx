import { ListSkeleton } from "@/components/ui/list-skeleton";

export default function ProcessesLoading() {
  return <ListSkeleton title="Processes" />;
}
