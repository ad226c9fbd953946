"""Pages as words in a group: by the robots of 企业微信, 钉钉 and 飞书, or a web hook.

Belongs here: what each of them takes and answers. Does not belong here: the record of what was sent
(`outbox/`).
"""
