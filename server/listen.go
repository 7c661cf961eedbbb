package server

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strconv"
	"syscall"
)

// defaultHost is where a server listens that is not told.
const defaultHost = "127.0.0.1"

func listenTCP(c Config) (net.Listener, error) {
	if c.Host == "" {
		c.Host = defaultHost
	}
	ip, err := resolve(c.Host, c.AllowInsecure || c.Password != "")
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", net.JoinHostPort(ip.String(), strconv.Itoa(c.Port)))
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("server: port %d on %s is in use", c.Port, c.Host)
	case err != nil:
		return nil, fmt.Errorf("server: %w", err)
	}
	return l, nil
}

// resolve finds the address to listen on, an IPv4 one where the host has both.
// A host is loopback only where all its addresses are.
func resolve(host string, allowInsecure bool) (net.IP, error) {
	ips, err := net.LookupIP(host)
	if err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	chosen := ips[0]
	for _, ip := range ips {
		if !ip.IsLoopback() && !allowInsecure {
			return nil, fmt.Errorf("server: %s is not a loopback address: without a password "+
				"whoever reaches it could read and change everything; it takes --password-file or --allow-insecure", host)
		}
		if chosen.To4() == nil && ip.To4() != nil {
			chosen = ip
		}
	}
	return chosen, nil
}

// listenUnix listens on a Unix socket. A file that a server left behind is
// replaced; one that a server listens on is in use. The file goes when the
// listener is closed.
func listenUnix(path string) (net.Listener, error) {
	l, err := net.Listen("unix", path)
	if !errors.Is(err, syscall.EADDRINUSE) {
		if err != nil {
			return nil, fmt.Errorf("server: %w", err)
		}
		return l, nil
	}
	info, err := os.Lstat(path)
	if err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	if info.Mode().Type() != fs.ModeSocket {
		return nil, fmt.Errorf("server: %s is in the way of the socket: it is no socket", path)
	}
	if live, err := net.Dial("unix", path); !errors.Is(err, syscall.ECONNREFUSED) {
		if err != nil {
			return nil, fmt.Errorf("server: %w", err)
		}
		return nil, errors.Join(fmt.Errorf("server: socket %s is in use", path), live.Close())
	}
	if err := os.Remove(path); err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	if l, err = net.Listen("unix", path); err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	return l, nil
}
