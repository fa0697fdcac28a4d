"""Who answers: one package an agent, each behind `contract.agents.Agent`. None knows another."""
