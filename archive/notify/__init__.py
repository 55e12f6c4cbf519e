"""Messages to people: mail, webhooks and chat rooms; subscriptions of readers, and what is sent to them."""
