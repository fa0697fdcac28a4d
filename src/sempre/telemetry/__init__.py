"""What Sempre says about itself: logs, metrics, and the request id that ties a request to what it caused."""
