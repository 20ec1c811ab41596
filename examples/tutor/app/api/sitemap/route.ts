export async function GET() {
  return Response.json({ pages: ["/", "/tutors", "/contact"] });
}
