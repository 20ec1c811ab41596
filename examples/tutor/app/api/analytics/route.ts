export async function GET() {
  return Response.json({ sessions: 0 });
}
