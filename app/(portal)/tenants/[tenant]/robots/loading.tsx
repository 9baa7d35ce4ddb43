import { ListSkeleton } from "@/components/ui/list-skeleton";

export default function RobotsLoading() {
  return <ListSkeleton title="Robots" />;
}
