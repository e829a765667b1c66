/* The libc's own getaddrinfo: NAME and 4, 6 or any. Prints the addresses, one a line, or the error's name. */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static const char *error_name(int error) {
	switch (error) {
	case EAI_AGAIN: return "EAI_AGAIN";
	case EAI_FAIL: return "EAI_FAIL";
	case EAI_NONAME: return "EAI_NONAME";
#ifdef EAI_NODATA
	case EAI_NODATA: return "EAI_NODATA";
#endif
	default: return gai_strerror(error);
	}
}

int main(int argc, char **argv) {
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list;
	if (argc != 3) return 2;
	if (!strcmp(argv[2], "4")) hints.ai_family = AF_INET;
	if (!strcmp(argv[2], "6")) hints.ai_family = AF_INET6;
	int error = getaddrinfo(argv[1], NULL, &hints, &list);
	if (error) {
		puts(error_name(error));
		return 0;
	}
	for (struct addrinfo *one = list; one; one = one->ai_next) {
		char text[INET6_ADDRSTRLEN];
		const void *octets = one->ai_family == AF_INET
			? (void *)&((struct sockaddr_in *)one->ai_addr)->sin_addr
			: (void *)&((struct sockaddr_in6 *)one->ai_addr)->sin6_addr;
		puts(inet_ntop(one->ai_family, octets, text, sizeof text));
	}
	return 0;
}
