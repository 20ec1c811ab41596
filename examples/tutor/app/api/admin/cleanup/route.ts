export async function GET() {
  return Response.json({ removed: 0 });
}
