// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// The part of an ERC-20 that a sale touches, with the name, symbol and decimals of native USDC.
/// It is put at USDC's address by `anvil_setCode`, so there is no constructor; balances are set at storage slot 0.
contract DemoToken {
    mapping(address => uint256) public balanceOf;

    string public constant name = "USD Coin";
    string public constant symbol = "USDC";
    uint8 public constant decimals = 6;
    uint256 public constant totalSupply = 1_000_000_000e6;

    event Transfer(address indexed from, address indexed to, uint256 value);

    function transfer(address to, uint256 value) external returns (bool) {
        require(to != address(0), "ERC20: transfer to the zero address");
        uint256 balance = balanceOf[msg.sender];
        require(balance >= value, "ERC20: transfer amount exceeds balance");
        unchecked {
            balanceOf[msg.sender] = balance - value;
            balanceOf[to] += value;
        }
        emit Transfer(msg.sender, to, value);
        return true;
    }
}
