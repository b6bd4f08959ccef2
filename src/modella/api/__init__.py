"""The door for programs: HTTP and WebSocket, one file per noun."""
