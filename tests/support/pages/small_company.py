"""Two representatives, seven deals, two invoices: small enough to work out by hand.

As of Sunday 15 November 2026; the quarter began on 1 October. Everything Anna's says ALPHA,
everything Bo's says BETA, so that a leak is seen at once.
"""

from __future__ import annotations

TABLES = {
    "org_unit": """\
unit_id,name,kind,parent_unit_id
K,Company,company,
R1,North,region,K
R2,South,region,K
T1,North 1,team,R1
T2,South 1,team,R2
""",
    "employee": """\
employee_id,name,hire_date
A1,ALPHA Anna,2024-01-01
B1,BETA Bo,2024-01-01
""",
    "assignment": """\
employee_id,unit_id,role,valid_from
A1,T1,rep,2024-01-01
B1,T2,rep,2024-01-01
""",
    "customer": """\
customer_id,name,owner_id
C1,ALPHA Works,A1
C2,BETA Works,B1
""",
    # D1 slipped and missed its date, D3 slipped but was not due yet, D4 came nearer.
    "opportunity": """\
opportunity_id,customer_id,owner_id,name,created_at,stage,outcome,amount,expected_close_date,closed_at
D1,C1,A1,ALPHA line,2026-08-03 09:00,negotiation,open,1000,2026-12-20,
D2,C1,A1,ALPHA new,2026-11-10 09:00,qualification,open,500,2026-12-01,
D3,C2,B1,BETA press,2026-09-01 09:00,proposal,open,700,2027-01-15,
D4,C2,B1,BETA robot,2026-09-01 09:00,proposal,open,300,2026-12-15,
D5,C1,A1,ALPHA more,2026-09-01 09:00,proposal,open,450,2026-12-10,
D6,C2,B1,BETA won,2026-09-01 09:00,order,won,900,2026-11-20,2026-11-13 10:00
D7,C2,B1,BETA lost,2026-09-01 09:00,proposal,lost,200,2026-11-20,2026-11-12 10:00
""",
    "opportunity_event": """\
opportunity_id,field,changed_at,old_value,new_value
D1,expected_close_date,2026-10-20 09:00,2026-10-30,2026-12-20
D3,expected_close_date,2026-11-11 09:00,2026-11-30,2027-01-15
D4,expected_close_date,2026-11-12 09:00,2027-01-10,2026-12-15
D5,amount,2026-11-11 09:00,400,450
""",
    "contract": """\
contract_id,customer_id,owner_id,type,net_amount,signed_at
X1,C1,A1,new,1000,2026-10-15 10:00
X2,C2,B1,new,5000,2026-11-12 10:00
""",
    # 1,000 net is 1,130 gross; half of it was paid, so 500 net is credited to Anna.
    "invoice": """\
invoice_id,kind,contract_id,customer_id,owner_id,invoice_date,due_date,net_amount,tax_amount,gross_amount,status
ALPHA-1,invoice,X1,C1,A1,2026-10-05,2026-10-20,1000,130,1130,posted
BETA-1,invoice,X2,C2,B1,2026-11-12,2026-12-31,5000,650,5650,posted
""",
    "receipt": """\
receipt_id,customer_id,received_date,amount,cleared_date
P1,C1,2026-11-02,565,2026-11-02
""",
    "receipt_allocation": """\
receipt_id,invoice_id,allocated_date,amount
P1,ALPHA-1,2026-11-02,565
""",
    "quota": "scope_kind,scope_id,measure,period_start,period_end,amount\n"
    + "".join(
        f"{kind},{scope},{measure},{start},{end},{amount}\n"
        for start, end in (
            ("2026-10-01", "2026-10-31"),
            ("2026-11-01", "2026-11-30"),
            ("2026-12-01", "2026-12-31"),
        )
        for kind, scope, measure, amount in (
            ("unit", "K", "contract_amount", 6000), ("unit", "R1", "contract_amount", 3000),
            ("unit", "R2", "contract_amount", 3000), ("employee", "A1", "contract_amount", 3000),
            ("employee", "B1", "contract_amount", 3000), ("employee", "A1", "collections_net", 200),
        )
    ),
}  # fmt: skip

# What a CRM alone exports: no contracts, quotas, invoices, activities or history.
CRM_ONLY = {
    "employee": "employee_id,name\nA1,Anna\nB1,Bo\n",
    "customer": "customer_id,name\nC1,Works\n",
    "product": "product_id,name\nP1,Pump\n",
    "opportunity": """\
opportunity_id,customer_id,owner_id,name,created_at,stage,outcome,amount,closed_at
D1,C1,A1,One,2026-10-02,qualification,open,,
D2,C1,B1,Two,2026-09-02,order,won,2000,2026-10-21
D3,C1,B1,Three,2026-09-02,proposal,lost,100,2026-10-22
""",
}

NOTHING = {"employee": "employee_id,name\n"}
