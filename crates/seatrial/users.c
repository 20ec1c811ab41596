/* The program asks nobody who its user is: what looks that up loads modules of the
 * system's own C library, which a program with a C library of its own may not
 * survive. Where HOME is not set there is no home, and `~user` in a git
 * configuration leads nowhere. */
#include <stddef.h>
#include <pwd.h>

struct passwd *getpwnam(const char *name)
{
	(void)name;
	return NULL;
}

int getpwuid_r(uid_t uid, struct passwd *entry, char *buffer, size_t size, struct passwd **found)
{
	(void)uid, (void)entry, (void)buffer, (void)size;
	*found = NULL;
	return 0;
}
