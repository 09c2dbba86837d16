"""What an organisation's administrators can ask the stand-in: what its keys used, and what that cost.

The two endpoints of the Usage and Cost API (platform.claude.com/docs, «Get Messages Usage Report» and «Get Cost
Report»; since October 2026 the vendor calls them legacy, and keeps them).
"""
