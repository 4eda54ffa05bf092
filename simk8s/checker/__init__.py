"""Is there a crash, anywhere, that the scripts do not survive?"""
