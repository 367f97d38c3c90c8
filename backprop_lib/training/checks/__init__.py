"""Is a gradient right (`gradcheck`), and is a network well (`diagnose`)?"""
