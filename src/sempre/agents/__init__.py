"""Who answers: one package an agent, each behind `contract.agents.Agent`. None knows another;
what several start, and how it is ended, lies beside them."""
